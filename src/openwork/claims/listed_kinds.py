"""The kinds of claims, a line each."""

from openwork.claims.kinds.accuracy import Accuracy as Accuracy
from openwork.claims.kinds.attends import Attends as Attends
from openwork.claims.kinds.carries import Carries as Carries
from openwork.claims.kinds.decompiles import Decompiles as Decompiles
from openwork.claims.kinds.implements import Implements as Implements
from openwork.claims.kinds.learns import Learns as Learns
from openwork.claims.kinds.linear import Linear as Linear
from openwork.claims.kinds.necessary import Necessary as Necessary
from openwork.claims.kinds.proved import Proved as Proved
from openwork.claims.kinds.reads_out import ReadsOut as ReadsOut
from openwork.claims.kinds.split import Split as Split
from openwork.claims.kinds.sufficient import Sufficient as Sufficient
from openwork.claims.kinds.unnecessary import Unnecessary as Unnecessary
