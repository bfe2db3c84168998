"""Sampling responses in PyTorch: a loop over a preallocated cache of keys and values, and `generate` of Transformers."""

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import device
from policy import Policy, Work
from serving import seconds, serve

END = 1


class Loop:
    """The policy and its cache: keys and values of every sequence, tensors of their own in every layer.

    In one tensor for all, a compiled step would copy the whole of it whenever a part is written.
    """

    def __init__(self, work, how):
        self.how, place = how, device.DEVICE
        self.policy = Policy(work.sizes, work.cut("parameters")).to(place)
        self.patches = work.data["patches"].to(place)
        self.question = work.data["question"].long().to(place)
        self.uniforms = work.data["uniforms"].to(place)  # [tokens, sequences]
        self.length, self.count = self.uniforms.shape
        policy = self.policy
        total, width = policy.prefix + policy.length, policy.width // policy.heads
        shape = (self.count, policy.heads, total, width)
        zeros = lambda: torch.zeros(shape, device=place)  # what is masked counts 0 times, which NaN survives
        self.cache = [(zeros(), zeros()) for _ in range(policy.layers)]
        self.places = torch.arange(total, device=place)
        self.at = [torch.tensor([i], device=place) for i in range(total)]
        self.start = torch.full((self.count,), END, device=place)
        if how == "graphs":
            # A graph writes to the same addresses whenever it is replayed.
            for tensor in [tensor for pair in self.cache for tensor in pair]:
                torch._dynamo.mark_static_address(tensor)
        # A compiled step has one shape, so it attends to the whole cache under a mask; eagerly the used part is cheaper.
        self.decode = (
            self.growing_step if how == "eager" else device.compile_as(self.fixed_step, how)
        )

    def sample(self, tokens, at, uniforms, attend):
        """The next tokens and their log-probabilities, given those at position `at`."""
        policy = self.policy
        x = F.embedding(tokens, policy.weight("tokens")).unsqueeze(1)
        x = x + policy.weight("positions").index_select(0, at)
        for layer in range(policy.layers):
            query, key, value = policy.split_heads(x, layer)
            keys, values = self.cache[layer]
            keys.index_copy_(2, at, key)
            values.index_copy_(2, at, value)
            x = policy.finish(x, attend(query, keys, values), layer)
        every = torch.log_softmax(policy.normal(x[:, 0]) @ policy.weight("head"), -1)
        below = every.exp().cumsum(-1) <= uniforms.unsqueeze(1)
        tokens = below.sum(-1).clamp(max=every.shape[-1] - 1)
        return tokens, every.gather(1, tokens.unsqueeze(1)).squeeze(1)

    def growing_step(self, tokens, position, uniforms):
        end = position + 1

        def attend(query, keys, values):
            return F.scaled_dot_product_attention(query, keys[:, :, :end], values[:, :, :end])

        return self.sample(tokens, self.at[position], uniforms, attend)

    def fixed_step(self, tokens, at, uniforms):
        mask = (self.places <= at).view(1, 1, 1, -1)

        def attend(query, keys, values):
            return F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)

        return self.sample(tokens, at, uniforms, attend)

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
        tokens = self.start
        chosen = torch.empty(self.length, self.count, dtype=torch.long, device=device.DEVICE)
        log_probs = torch.empty(self.length, self.count, device=device.DEVICE)
        for t in range(self.length):
            position = self.policy.prefix + t
            if self.how != "eager":
                torch.compiler.cudagraph_mark_step_begin()
            at = position if self.how == "eager" else self.at[position]
            drawn, log_probs[t] = self.decode(tokens, at, self.uniforms[t])
            chosen[t] = drawn
            tokens = chosen[t]
        return chosen.T, log_probs.T


class Transformers:
    """A GPT-2 of the same width, depth, heads and vocabulary; it reads as many tokens of a prompt and writes as many."""

    def __init__(self, work):
        from transformers import GPT2Config, GPT2LMHeadModel  # only this needs the package

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
        self.model = GPT2LMHeadModel(config).eval().to(device.DEVICE)
        shape = (sizes["prompts"], sizes["prefixPositions"])
        self.prompts = torch.randint(2, vocabulary, shape, device=device.DEVICE)
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
    """Makes a sampler and lets it write once. kind: transformers, or as in `device.compile_as`."""
    device.clear()
    work = Work(file)
    sampler = Transformers(work) if kind == "transformers" else Loop(work, kind)
    result = sampler.generate()
    device.finish()
    samplers[name] = sampler
    answer = {"allocated": device.allocated_bytes()}
    if kind == "transformers":
        answer |= {"shape": list(result.shape), "parameters": sampler.model.num_parameters()}
    return answer


def save(name, file):
    """Writes what the loop samples."""
    tokens, log_probs = samplers[name].generate()
    flat = {"tokens": tokens.float(), "logProbs": log_probs}
    save_file({name: value.cpu().reshape(-1) for name, value in flat.items()}, file)
    return {}


def measure(name, calls=1):
    return {"seconds": seconds(samplers[name].generate, calls, device.finish)}


def forget(name):
    samplers.pop(name, None)
    device.clear()
    return {}


if __name__ == "__main__":
    device.start()
    handlers = {"warm": device.warm, "prepare": prepare, "save": save, "measure": measure}
    serve({**handlers, "forget": forget})
