"""What simulated containers do: a catalogue of images as data."""
