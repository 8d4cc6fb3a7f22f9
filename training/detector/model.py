"""The network, made small, and how it is written in the format of the large ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    BertConfig,
    GroundingDinoProcessor,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    ResNetBackbone,
    ResNetConfig,
)
from transformers.models.yolos.image_processing_pil_yolos import YolosImageProcessorPil

from training.dataset import LONG, SHORT
from training.detector.vocabulary import MAX_TOKENS, tokenizer, vocabulary

WIDTH = 128
STRIDES = (8, 16)
QUERIES = 30


def configuration() -> Any:
    """A two-level, two-decoder-layer network of about two million parameters."""
    resnet: Any = ResNetConfig
    backbone = resnet(
        embedding_size=32, hidden_sizes=[32, 80, 160], depths=[1, 2, 2], layer_type="basic",
        out_features=["stage2", "stage3"],
    )  # fmt: skip
    text = BertConfig(
        vocab_size=len(vocabulary()), hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=2 * WIDTH, max_position_embeddings=MAX_TOKENS,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return MMGroundingDinoConfig(
        backbone_config=backbone, text_config=text, num_queries=QUERIES, d_model=WIDTH,
        encoder_layers=1, encoder_ffn_dim=2 * WIDTH, encoder_attention_heads=4,
        decoder_layers=2, decoder_ffn_dim=2 * WIDTH, decoder_attention_heads=4,
        num_feature_levels=2, max_text_len=MAX_TOKENS, fusion_droppath=0.0, dropout=0.0,
        auxiliary_loss=False,
    )  # fmt: skip


def build() -> Any:
    """A fresh network with a trainable backbone: the stock one freezes its normalisation.

    The plain backbone has the same parameter names, so its state fits the stock network.
    """
    config = configuration()
    model: Any = MMGroundingDinoForObjectDetection(config)
    model.model.backbone.conv_encoder.model = ResNetBackbone(config.backbone_config)
    with torch.no_grad():
        for module in model.modules():
            kind = type(module).__name__
            if kind == "MMGroundingDinoContrastiveEmbedding":
                module.bias.fill_(-3.0)  # few tokens match at first
            if kind == "MMGroundingDinoFusionLayer":
                module.vision_param.fill_(0.05)  # the stock value all but closes the exchange
                module.text_param.fill_(0.05)
        model.model.encoder_output_bbox_embed.layers[-1].bias[2:] = 1.6  # boxes of a usual size
        nn.init.normal_(model.model.query_position_embeddings.weight, std=0.5)
    model.requires_grad_(True)
    return model


def backbone_of(model: Any) -> Any:
    """The part that turns pixels into features."""
    return model.model.backbone.conv_encoder.model


def processor() -> Any:
    """Keeps a picture's proportions, and cuts its sides down to multiples of 16.

    The usual processor of this format would leave sides whose last feature cells reach over the
    picture's edge, which a network of so few cells cannot make up for.
    """
    images = YolosImageProcessorPil(
        size={"shortest_edge": SHORT, "longest_edge": LONG}, do_pad=False
    )
    kind: Any = GroundingDinoProcessor
    return kind(image_processor=images, tokenizer=tokenizer())


def export(state: dict[str, torch.Tensor], folder: Path) -> None:
    """Write weights in half precision, with configuration, processor and tokenizer."""
    model: Any = MMGroundingDinoForObjectDetection(configuration())
    kept = {k: v.clone() for k, v in state.items() if "num_batches_tracked" not in k}
    report = model.load_state_dict(kept, strict=False)
    missing = [k for k in report.missing_keys if "special_tokens" not in k]
    if missing or report.unexpected_keys:
        raise ValueError(
            f"state does not fit: missing {missing}, left over {report.unexpected_keys}"
        )
    model.half().save_pretrained(folder)
    processor().save_pretrained(folder)
