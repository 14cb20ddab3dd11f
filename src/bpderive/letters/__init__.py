"""The book's letters: as SymPy objects, in statements, in print, and in words of two languages."""
