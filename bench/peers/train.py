"""One GRPO optimiser step in PyTorch: forward, backward, clipping of the global norm, AdamW."""

import torch
import torch._dynamo
from safetensors.torch import save_file

import device
from policy import Policy, Work
from serving import seconds, serve


def token_loss(log_probs, part, settings):
    """Clipped policy gradient with a bound for negative advantages, and the k3 penalty on KL."""
    advantages = part["advantages"]
    ratio = torch.exp(log_probs - part["oldLogProbs"])
    clipped = ratio.clamp(1 - settings["clipRangeLow"], 1 + settings["clipRangeHigh"])
    loss = torch.maximum(-advantages * ratio, -advantages * clipped)
    bounded = torch.minimum(loss, -advantages * settings["dualClip"])
    loss = torch.where(advantages < 0, bounded, loss)
    difference = part["referenceLogProbs"] - log_probs
    penalty = torch.exp(difference) - difference - 1
    return loss + settings["klCoefficient"] * penalty


class Trainer:
    """A policy in training.

    how: see `device.compile_as`; shared: reads each prompt once; rows: sequences per micro-batch.
    """

    def __init__(self, work, how, shared, rows):
        group = work.sizes["groupSize"]
        self.policy = Policy(work.sizes, work.cut("parameters")).to(device.DEVICE)
        self.settings, optimizer = work.loss, work.optimizer
        self.max_norm = optimizer["maxGradNorm"]
        named = {spec["name"]: spec for spec in work.specs}
        parameters = {name: self.policy.weight(name.replace(".", "_")) for name in named}
        groups = [
            {
                "params": [p for name, p in parameters.items() if named[name]["decays"] == decays],
                "weight_decay": optimizer["weightDecay"] if decays else 0.0,
            }
            for decays in (True, False)
        ]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=optimizer["learningRate"],
            betas=(optimizer["beta1"], optimizer["beta2"]),
            eps=1e-8,
            fused=True,
        )
        first, second = work.cut("firstMoment"), work.cut("secondMoment")
        for name, parameter in parameters.items():
            self.optimizer.state[parameter] = {
                "step": torch.tensor(float(optimizer["updates"]), device=device.DEVICE),
                "exp_avg": first[name].to(device.DEVICE),
                "exp_avg_sq": second[name].to(device.DEVICE),
            }
        self.parameters = parameters
        data = {
            name: value.long() if name in ("question", "inputs", "targets") else value
            for name, value in work.data.items()
        }
        read_per_prompt = ("patches", "question")
        if not shared:
            for name in read_per_prompt:
                data[name] = data[name].repeat_interleave(group, 0)
        total = data["targets"].shape[0]
        parts = total // rows
        cut = {name: value.chunk(parts) for name, value in data.items()}
        self.parts = [
            {name: cut[name][i].contiguous().to(device.DEVICE) for name in cut}
            for i in range(parts)
        ]
        self.tokens = data["targets"].numel()
        forward = self.policy.shared if shared else self.policy.whole

        def loss(part):
            logits = forward(part["patches"], part["question"], part["inputs"])
            every = torch.log_softmax(logits, -1)
            chosen = every.gather(-1, part["targets"].unsqueeze(-1)).squeeze(-1)
            return token_loss(chosen, part, self.settings).sum() / self.tokens

        self.loss = device.compile_as(loss, how, dynamic=False)

    def step(self):
        """Loss and gradient norm, as tensors."""
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=device.DEVICE)
        for part in self.parts:
            loss = self.loss(part)
            loss.backward()
            total += loss.detach()
        norm = torch.nn.utils.clip_grad_norm_(
            self.policy.parameters(), self.max_norm, foreach=True
        )
        self.optimizer.step()
        return total, norm


trainers = {}


def prepare(name, file, how, shared, rows):
    """Makes a trainer and takes its first step."""
    device.clear()
    trainer = Trainer(Work(file), how, shared, rows)
    loss, norm = trainer.step()
    trainers[name] = trainer
    return {"loss": loss.item(), "norm": norm.item(), "allocated": device.allocated_bytes()}


def save(name, file):
    """Writes the parameters."""
    values = {
        key: value.detach().reshape(-1).cpu() for key, value in trainers[name].parameters.items()
    }
    save_file(values, file)
    return {}


def measure(name, calls):
    return {"seconds": seconds(trainers[name].step, calls, device.finish)}


def forget(name):
    trainers.pop(name, None)
    device.clear()
    return {}


if __name__ == "__main__":
    device.start()
    torch._dynamo.config.recompile_limit = 64  # several policies go through one function
    handlers = {"warm": device.warm, "prepare": prepare, "save": save, "measure": measure}
    serve({**handlers, "forget": forget})
