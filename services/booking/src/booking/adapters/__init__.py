"""The only modules that know products: MongoDB's documents, the packaged data files."""
