"""One module per modality: its backgrounds and the table of what can lie in them. Import only shared primitives."""
