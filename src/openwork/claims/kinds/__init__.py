"""The kinds of claims, one in each file; `openwork.claims.registry` lists them."""
