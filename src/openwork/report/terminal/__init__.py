"""Parts on a terminal: lowered to text of 80 columns, a screen of verdicts, and quantities as a person reads them."""
