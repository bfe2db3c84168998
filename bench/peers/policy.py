"""The policy in PyTorch, as one would write it there; its parameters come from the flat vector of a file."""

import json
import math

import torch
import torch.nn.functional as F
from safetensors import safe_open


class Work:
    """Tensors of a file by name, and the numbers that describe them."""

    def __init__(self, file):
        with safe_open(file, framework="pt") as tensors:
            described = json.loads(tensors.metadata()["work"])
            flat = {name: tensors.get_tensor(name) for name in tensors.keys()}
        self.sizes = described["sizes"]
        self.specs = described["specs"]
        self.optimizer = described.get("optimizer")
        self.loss = described.get("loss")
        self.data = {name: flat[name].reshape(shape) for name, shape in described["shapes"].items()}
        self.flat = flat

    def cut(self, name):
        """The flat vector `name` as matrices by parameter name."""
        parts = self.flat[name].split([math.prod(spec["shape"]) for spec in self.specs])
        return {
            spec["name"]: part.reshape(spec["shape"]).clone()
            for spec, part in zip(self.specs, parts)
        }


class Policy(torch.nn.Module):
    """Image patches and a question, read bidirectionally, then a response, read causally."""

    def __init__(self, sizes, weights):
        super().__init__()
        self.layers, self.width, self.heads = sizes["layers"], sizes["width"], sizes["heads"]
        self.length, self.prefix = sizes["responseTokens"], sizes["prefixPositions"]
        self.weights = torch.nn.ParameterDict(
            {name.replace(".", "_"): torch.nn.Parameter(value) for name, value in weights.items()}
        )
        total = self.prefix + self.length
        mask = torch.ones(total, total, dtype=torch.bool).tril()
        mask[: self.prefix, : self.prefix] = True
        self.register_buffer("mask", mask)

    def weight(self, name, layer=None):
        return self.weights[name if layer is None else f"{name}_{layer}"]

    def normal(self, x):
        return F.rms_norm(x, (self.width,), eps=1e-5)

    def read_prompt(self, patches, question):
        image = patches @ self.weight("patch")
        text = F.embedding(question, self.weight("tokens"))
        return torch.cat([image, text], 1) + self.weight("positions")[: self.prefix]

    def read_response(self, inputs):
        return F.embedding(inputs, self.weight("tokens")) + self.weight("positions")[self.prefix :]

    def split_heads(self, x, layer):
        """Query, key and value, each [batch, heads, positions, width of a head]."""
        parts = (self.normal(x) @ self.weight("queryKeyValue", layer)).view(
            x.shape[0], x.shape[1], 3, self.heads, self.width // self.heads
        )
        return parts.permute(2, 0, 3, 1, 4).unbind(0)

    def finish(self, x, attended, layer):
        """Attention's result onto the residual stream, then the MLP."""
        joined = attended.transpose(1, 2).reshape(x.shape)
        x = x + joined @ self.weight("attentionOutput", layer)
        hidden = F.relu(self.normal(x) @ self.weight("mlpIn", layer))
        return x + hidden @ self.weight("mlpOut", layer)

    def whole(self, patches, question, inputs):
        """Logits of the response, every sequence with its own copy of the prompt."""
        x = torch.cat([self.read_prompt(patches, question), self.read_response(inputs)], 1)
        for layer in range(self.layers):
            query, key, value = self.split_heads(x, layer)
            attended = F.scaled_dot_product_attention(query, key, value, attn_mask=self.mask)
            x = self.finish(x, attended, layer)
        return self.normal(x[:, self.prefix :]) @ self.weight("head")

    def shared(self, patches, question, inputs):
        """The same logits; the prompt is read once for all rollouts of its group."""
        prompt, x = self.read_prompt(patches, question), self.read_response(inputs)
        group = x.shape[0] // prompt.shape[0]
        mask = self.mask[self.prefix :]
        for layer in range(self.layers):
            query, key, value = self.split_heads(prompt, layer)
            if layer < self.layers - 1:
                attended = F.scaled_dot_product_attention(query, key, value)
                prompt = self.finish(prompt, attended, layer)
            own_query, own_key, own_value = self.split_heads(x, layer)
            keys = torch.cat([key.repeat_interleave(group, 0), own_key], 2)
            values = torch.cat([value.repeat_interleave(group, 0), own_value], 2)
            attended = F.scaled_dot_product_attention(own_query, keys, values, attn_mask=mask)
            x = self.finish(x, attended, layer)
        return self.normal(x) @ self.weight("head")
