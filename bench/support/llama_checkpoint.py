"""Writes a Llama checkpoint of random weights. Arguments: folder, hidden, intermediate, layers, heads, vocabulary."""

import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM

folder, *sizes = sys.argv[1:]
hidden, intermediate, layers, heads, vocabulary = map(int, sizes)
torch.manual_seed(0)
model = LlamaForCausalLM(
    LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        vocab_size=vocabulary,
        tie_word_embeddings=False,
    )
)
model.save_pretrained(folder)
print(sum(parameter.numel() for parameter in model.parameters()))
