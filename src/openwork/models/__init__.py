"""THE NETWORK: its spec, its sites, its weights and how they start."""

from openwork.models.init import initial_stack
from openwork.models.sites import Site, site_named, sites_of
from openwork.models.spec import LEAST_EPS, ModelSpec, model_spec, reasons_of, require_fit, spec_for
from openwork.models.weights import Stack, n_params, named_views, stack_of, weight_shapes

__all__ = [
    "LEAST_EPS",
    "ModelSpec",
    "Site",
    "Stack",
    "initial_stack",
    "model_spec",
    "n_params",
    "named_views",
    "reasons_of",
    "require_fit",
    "site_named",
    "sites_of",
    "spec_for",
    "stack_of",
    "weight_shapes",
]
