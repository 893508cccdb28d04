"""What calls of libraries mean, wherever they were read: in source, in bytecode, in the imports of a program.

`values` says what an expression is known to be, `interpret` what the catalog makes of it, `uses` what calls say
of each other, `findings` how that is reported. Nothing here knows a language, a syntax or a product.
"""
