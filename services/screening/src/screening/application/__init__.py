"""What screening does: one file per use case, one per reaction, and the ports they stand on."""
