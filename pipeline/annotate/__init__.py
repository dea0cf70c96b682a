"""From kept pictures to regions: given annotations first, then detectors, then masks for what has none."""
