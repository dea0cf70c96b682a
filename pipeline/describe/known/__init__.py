"""What facts of one picture or region let a text say: names, things with their claims, numbers, body parts, words.

Above `reading`, whose words and terms it is asked with; below `bears_out`, which asks.
"""
