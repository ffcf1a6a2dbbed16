from __future__ import annotations

import pytest

from openwork.claims import Publication, heading_for, heading_of
from openwork.errors import ClaimError
from openwork.tasks import Copy, Palindrome, ReverseIncrement

PUBLISHED = 'title = "Ours"\n[publication]\ntitle = "A page"\nauthor = "somebody"\nurl = "https://example.org"\n'


def test_a_publication_is_read_and_said_in_a_line():
    found = heading_of(PUBLISHED).publication
    assert found == Publication("A page", "somebody", "https://example.org")
    assert str(found) == "“A page” by somebody, https://example.org"
    assert str(Publication("A page")) == "“A page”"
    assert heading_of('title = "Ours"').publication is None


def test_everything_wrong_with_it_is_told_at_once():
    with pytest.raises(ClaimError) as caught:
        heading_of('title = 3\n[publication]\nautor = "x"\nurl = 7\n')
    wrong = {reason.where: reason.what for reason in caught.value.reasons}
    assert set(wrong) == {"title", "publication.autor", "publication.url", "publication.title"}
    with pytest.raises(ClaimError, match="is not a table"):
        heading_of('publication = "a book"')


def test_the_claims_that_ship_say_whose_they_are():
    article, own = heading_for(ReverseIncrement()), heading_for(Copy())
    assert article.publication.title == "From Zero to (Mechanistic) Interpretability"
    assert article.publication.author and article.publication.url.startswith("https://")
    assert own.title and own.publication is None
    assert heading_for(Palindrome()) is None
