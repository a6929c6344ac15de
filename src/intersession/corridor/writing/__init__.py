"""Commands to rows, one room a kind. Everything here happens inside the deciding transaction."""
