"""The books: the ledger's tables in SQL, and how they are read.

A library beside `services.programme`, for the ledger, which writes the books, and for the console and
the command line, which read them. `tables` says what stands there, `database` opens it, `reading`
answers what pages ask for, `reports` counts. Ids, codes, words of a fixed list and moments: no text of
anybody's, nothing sealed, no name and no number of a phone is in it.
"""
