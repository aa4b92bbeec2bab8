"""What is printed: letters with codes, ballots for paper, lists for booths. Pure: facts in, the bytes of a PDF out."""
