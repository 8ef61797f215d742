"""What a simulated cluster did, write by write, so that two runs can be compared."""
