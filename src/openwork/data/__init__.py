"""ON WHICH inputs: the whole domain, its split, and pairs that differ in one variable."""

from openwork.data.counterfactual import change_variable
from openwork.data.dataset import Dataset, dataset_of
from openwork.data.domain import enumerate_domain
from openwork.data.split import Split

__all__ = ["Dataset", "Split", "change_variable", "dataset_of", "enumerate_domain"]
