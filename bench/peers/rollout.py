"""Sampling responses in PyTorch: a loop over a preallocated cache of keys and values, and `generate` of Transformers."""

import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

from policy import Policy, Work
from serving import seconds, serve

END = 1


class Loop:
    """The policy and its cache: keys and values of every sequence, tensors of their own in every layer.

    In one tensor for all, a compiled step would copy the whole of it whenever a part is written.
    """

    def __init__(self, work, compiled):
        self.policy = Policy(work.sizes, work.cut("parameters"))
        self.patches, self.question = work.data["patches"], work.data["question"].long()
        self.uniforms = work.data["uniforms"]  # [tokens, sequences]
        self.length, self.count = self.uniforms.shape
        policy = self.policy
        total, width = policy.prefix + policy.length, policy.width // policy.heads
        shape = (self.count, policy.heads, total, width)
        self.cache = [(torch.empty(shape), torch.empty(shape)) for _ in range(policy.layers)]
        self.places = torch.arange(total)
        # A compiled step has one shape, so it attends to the whole cache under a mask; eagerly the used part is cheaper.
        self.step = torch.compile(self.fixed_step) if compiled else self.growing_step

    def decode(self, tokens, at, attend):
        """Log-probabilities of the next token at position `at`."""
        policy = self.policy
        x = F.embedding(tokens, policy.weight("tokens")).unsqueeze(1)
        x = x + policy.weight("positions").index_select(0, at)
        for layer in range(policy.layers):
            query, key, value = policy.split_heads(x, layer)
            keys, values = self.cache[layer]
            keys.index_copy_(2, at, key)
            values.index_copy_(2, at, value)
            x = policy.finish(x, attend(query, keys, values), layer)
        return torch.log_softmax(policy.normal(x[:, 0]) @ policy.weight("head"), -1)

    def growing_step(self, tokens, at):
        end = int(at) + 1

        def attend(query, keys, values):
            return F.scaled_dot_product_attention(query, keys[:, :, :end], values[:, :, :end])

        return self.decode(tokens, at, attend)

    def fixed_step(self, tokens, at):
        mask = (self.places <= at).view(1, 1, 1, -1)

        def attend(query, keys, values):
            return F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)

        return self.decode(tokens, at, attend)

    def read_prompts(self):
        policy = self.policy
        x = policy.read_prompt(self.patches, self.question)
        group = self.count // x.shape[0]
        for layer in range(policy.layers):
            query, key, value = policy.split_heads(x, layer)
            keys, values = self.cache[layer]
            keys[:, :, : policy.prefix] = key.repeat_interleave(group, 0)
            values[:, :, : policy.prefix] = value.repeat_interleave(group, 0)
            if layer < policy.layers - 1:
                attended = F.scaled_dot_product_attention(query, key, value)
                x = policy.finish(x, attended, layer)

    @torch.inference_mode()
    def generate(self):
        """Tokens and their log-probabilities, each [sequences, tokens]."""
        self.read_prompts()
        tokens = torch.full((self.count,), END)
        chosen = torch.empty(self.count, self.length, dtype=torch.long)
        log_probs = torch.empty(self.count, self.length)
        for t in range(self.length):
            every = self.step(tokens, torch.tensor([self.policy.prefix + t]))
            below = every.exp().cumsum(-1) <= self.uniforms[t].unsqueeze(1)
            tokens = below.sum(-1).clamp_(max=every.shape[-1] - 1)
            chosen[:, t] = tokens
            log_probs[:, t] = every.gather(1, tokens.unsqueeze(1)).squeeze(1)
        return chosen, log_probs


class Transformers:
    """A GPT-2 of the same width, depth, heads and vocabulary; it reads as many tokens of a prompt and writes as many."""

    def __init__(self, work):
        sizes = work.sizes
        vocabulary = work.specs[0]["shape"][0]
        config = GPT2Config(
            vocab_size=vocabulary,
            n_positions=sizes["prefixPositions"] + sizes["responseTokens"],
            n_embd=sizes["width"],
            n_layer=sizes["layers"],
            n_head=sizes["heads"],
            n_inner=sizes["mlpWidth"],
            activation_function="relu",
            bos_token_id=END,
            eos_token_id=END,
            pad_token_id=0,
        )
        self.model = GPT2LMHeadModel(config).eval()
        self.prompts = torch.randint(2, vocabulary, (sizes["prompts"], sizes["prefixPositions"]))
        self.group, self.length = sizes["groupSize"], sizes["responseTokens"]

    @torch.inference_mode()
    def generate(self):
        return self.model.generate(
            self.prompts,
            attention_mask=torch.ones_like(self.prompts),
            do_sample=True,
            top_k=0,
            min_new_tokens=self.length,
            max_new_tokens=self.length,
            num_return_sequences=self.group,
        )


samplers = {}


def prepare(name, file, kind):
    """Makes a sampler and lets it write once. kind: loop, compiled or transformers."""
    work = Work(file)
    samplers[name] = Transformers(work) if kind == "transformers" else Loop(work, kind == "compiled")
    result = samplers[name].generate()
    if kind == "transformers":
        return {"shape": list(result.shape), "parameters": samplers[name].model.num_parameters()}
    return {}


def save(name, file):
    """Writes what the loop samples."""
    tokens, log_probs = samplers[name].generate()
    save_file({"tokens": tokens.float().reshape(-1), "logProbs": log_probs.reshape(-1)}, file)
    return {}


def measure(name):
    return {"seconds": seconds(samplers[name].generate)}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.set_flush_denormal(True)
    serve({"prepare": prepare, "save": save, "measure": measure})
