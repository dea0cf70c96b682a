"""What texts are made of: findings, places, attributes, and which findings are mistaken for which.

Each table is a CSV file beside the module that reads it; nothing is read before it is asked for.
"""
