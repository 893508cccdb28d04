"""Source code through tree-sitter: a language module reads facts, the catalog says what they mean."""
