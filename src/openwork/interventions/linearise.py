"""Replace an MLP by its best affine map."""

from dataclasses import dataclass

from openwork.errors import Reason
from openwork.interventions.edit import Edit
from openwork.models import ModelSpec, site_named


@dataclass(frozen=True)
class Linearise(Edit):
    """What an MLP writes becomes the affine map of what it reads that fits it best (least squares over the reference
    inputs, one map for all positions). The site is `blocks.L.mlp`; units cannot be chosen."""

    def reasons(self, spec: ModelSpec, n_pos: int) -> list[Reason]:
        reasons = super().reasons(spec, n_pos)
        if not reasons and not site_named(spec, self.site).name.endswith("hook_mlp_out"):
            reasons.append(Reason(self.site, "only an MLP can be linearised", "name it blocks.L.mlp"))
        if self.units is not None:
            reasons.append(Reason(f"{self.site}, units", "an MLP is linearised whole", "leave units out"))
        return reasons
