"""One sentence's reading held against what facts bear out: which of its claims fail. Above `known` and `reading`."""
