"""Functions and methods of Python and its standard library, as the evaluator knows them."""
