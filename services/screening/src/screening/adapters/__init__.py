"""Everything that knows a product: MongoDB documents, packaged JSON, channels to people."""
