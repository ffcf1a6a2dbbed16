"""Routes: for every output and every variable that decides it, which components carry it, from where, in how many hops.

For an output and a variable, every input is paired with the same question in which only this variable differs, once for
each other value, where the answer differs too. A place or a path is taken from the run on the other question, all else
runs on the input, and the rate is the share of pairs in which the prediction becomes the other question's answer.

A variable's token is not all that differs: teacher-forced, answers before the output may differ with it. Each token
that differs is an entry of its own and is changed alone, so a route by way of an answer before, which is a leak, is
told apart from one from the question. `search` says how a route is found, `flow` how a path is patched, `screening` on
how few pairs a question of the search is settled, and with what doubt.
"""

from openwork.analyses.routes.find import CARRIES, find_routes
from openwork.analyses.routes.result import Mechanism, Routes, routes_from_json
from openwork.analyses.routes.route import Hop, RatedEdge, Route, RoutePath
from openwork.analyses.routes.wording import head_name

__all__ = [
    "CARRIES",
    "Hop",
    "Mechanism",
    "RatedEdge",
    "Route",
    "RoutePath",
    "Routes",
    "find_routes",
    "head_name",
    "routes_from_json",
]
