"""What a terminal shows: quantities as a person reads them."""
