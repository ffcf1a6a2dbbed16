"""Models around `torch.nn.TransformerEncoder` come in where their norms come first; others are refused."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from openwork.engines import joined
from openwork.engines.native import NativeEngine
from openwork.errors import CheckpointError
from openwork.interop import imported_model, read_checkpoint
from openwork.testing.agreement import distance, require_near

CONFIG = dict(norm_first=True, nhead=2, activation="gelu", is_causal=True)


class Model(nn.Module):
    """As people write them."""

    def __init__(self, act: str = "gelu", positions: bool = True, bias: bool = True, last: bool = True, **more: Any):
        super().__init__()
        self.token_embedding = nn.Embedding(7, 8)
        self.position_embedding = nn.Embedding(6, 8) if positions else None
        layer = nn.TransformerEncoderLayer(8, 2, 12, 0.0, act, batch_first=True, bias=bias, norm_first=True, **more)
        norm = nn.LayerNorm(8) if last else None
        self.encoder = nn.TransformerEncoder(layer, 2, norm=norm, enable_nested_tensor=False)
        self.fc_out = nn.Linear(8, 5)

    def forward(self, tokens: torch.Tensor, causal: bool) -> torch.Tensor:
        x = self.token_embedding(tokens)
        if self.position_embedding is not None:
            x = x + self.position_embedding(torch.arange(tokens.shape[1]))
        mask = nn.Transformer.generate_square_subsequent_mask(tokens.shape[1]) if causal else None
        return self.fc_out(self.encoder(x, mask))


def saved(model: nn.Module, path: Path, config: dict[str, Any] | None = None) -> Path:
    torch.save(model.state_dict(), path / "model.pt")
    if config is not None:
        (path / "model.json").write_text(json.dumps(config))
    return path / "model.pt"


def noisy(model: Model) -> Model:
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn(weight.shape))
    return model.eval()


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(
    "options",
    [{}, dict(act="relu"), dict(bias=False), dict(positions=False), dict(layer_norm_eps=0.1)],
    ids=lambda options: ", ".join(options) or "as usual",
)
def test_logits_are_those_of_pytorch(options, causal, tmp_path):
    model = noisy(Model(**options))
    config = CONFIG | dict(activation=options.get("act", "gelu"), is_causal=causal)
    if "layer_norm_eps" in options:
        model.encoder.norm.eps = 0.1
        config["layer_norm_eps"] = 0.1
    said = {} if options.get("positions", True) else {"n_ctx": 6}
    stack = imported_model(read_checkpoint(saved(model, tmp_path, config)), said).stack
    tokens = np.random.default_rng(0).integers(7, size=(9, 6)).astype(np.int32)
    with torch.no_grad():
        single, double = (
            m(torch.tensor(tokens.astype(np.int64)), causal).numpy() for m in (model, deepcopy(model).double())
        )
    found = joined(NativeEngine(1).run(stack, tokens, graded=range(6))).logits[0]
    require_near("logits", found, single, distance(single, double))


def flat_of(state: dict[str, torch.Tensor], path: Path) -> np.ndarray:
    torch.save(state, path / "model.pt")
    (path / "model.json").write_text(json.dumps(CONFIG))
    return imported_model(read_checkpoint(path / "model.pt"), {}).stack.flat


def test_layers_may_be_in_a_list_of_any_name_or_one_by_itself(tmp_path):
    state = noisy(Model()).state_dict()
    listed = {name.replace("encoder.layers.", "blocks."): array for name, array in state.items()}
    np.testing.assert_array_equal(flat_of(listed, tmp_path), flat_of(state, tmp_path))
    first = {name: array for name, array in state.items() if "layers.1." not in name}
    alone = {name.replace("encoder.layers.0.", "layer."): array for name, array in first.items()}
    np.testing.assert_array_equal(flat_of(alone, tmp_path), flat_of(first, tmp_path))
    other = {f"other.{name}": array for name, array in nn.TransformerEncoderLayer(8, 2, 12).state_dict().items()}
    with pytest.raises(CheckpointError, match="layers are in 2 places"):
        flat_of(state | other, tmp_path)


def refused(model: nn.Module, path: Path, config: dict[str, Any] | None) -> str:
    with pytest.raises(CheckpointError) as caught:
        imported_model(read_checkpoint(saved(model, path, config)), {})
    return str(caught.value)


def test_what_no_file_says_must_be_said(tmp_path):
    assert "PyTorch's default is that they come last" in refused(Model(), tmp_path, None)
    told = refused(Model(), tmp_path, dict(norm_first=True))
    assert "n_heads" in told and "act_fn" in told and "attention_dir" in told


@pytest.mark.parametrize(
    ("model", "config", "told"),
    [
        (Model(), CONFIG | dict(norm_first=False), "norms that come last are not in the family"),
        (Model(last=False), CONFIG, "one norm after the last layer is wanted, and there are 0"),
        (Model(), CONFIG | dict(activation="mish"), "'mish' is not in the model family"),
        (Model(), CONFIG | dict(nhead="two"), "nhead"),
        (nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12, norm_first=True), 2), CONFIG, "looks at a memory"),
    ],
)
def test_others_are_refused_with_the_reason(model, config, told, tmp_path):
    assert told in refused(model, tmp_path, config)
