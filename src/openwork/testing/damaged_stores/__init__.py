"""An attack on stores: each is damaged in some way, and every command must tell the truth or what is damaged."""

from openwork.testing.damaged_stores.asked import Answer, WholeStore, answer, fault_of, whole_store
from openwork.testing.damaged_stores.damage import DAMAGES

__all__ = ["DAMAGES", "Answer", "WholeStore", "answer", "fault_of", "whole_store"]
