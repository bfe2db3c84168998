"""Whole GRPO steps of TRL: generate, reward, reference, update."""

import os
import random
import tempfile

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from serving import clock, serve


LENGTH = "completions/mean_length"


class Clock(TrainerCallback):
    """Seconds from the end of one optimiser step to the end of the next."""

    def __init__(self):
        self.ends = []

    def on_step_end(self, args, state, control, **rest):
        self.ends.append(clock())


def word_tokenizer(vocabulary):
    words = {"<pad>": 0, "<eos>": 1, **{f"w{i}": i for i in range(2, vocabulary)}}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<pad>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", padding_side="left"
    )


def reward(completions, **rest):
    """1 where a response contains an even word more often than an odd one, as cheap as a rule can be."""
    words = [[int(word[1:]) for word in text.split() if word[1:].isdigit()] for text in completions]
    return [float(sum(1 - 2 * (word % 2) for word in own) > 0) for own in words]


def run(sizes, rows, steps):
    """Seconds of each of `steps` steps after a first one; `rows` sequences per forward and backward pass."""
    torch.manual_seed(1)
    draw = random.Random(1)
    length, prefix = sizes["responseTokens"], sizes["prefixPositions"]
    vocabulary, group = sizes["vocabulary"], sizes["groupSize"]
    config = GPT2Config(
        vocab_size=vocabulary,
        n_positions=prefix + length,
        n_embd=sizes["width"],
        n_layer=sizes["layers"],
        n_head=sizes["heads"],
        n_inner=sizes["mlpWidth"],
        activation_function="relu",
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=1,
        eos_token_id=1,
        pad_token_id=0,
    )
    prompts = [
        " ".join(f"w{draw.randrange(2, vocabulary)}" for _ in range(prefix))
        for _ in range(sizes["prompts"])
    ]
    rollouts = sizes["prompts"] * group
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        # From a folder: the trainer reads its frozen reference from where the policy came from.
        GPT2LMHeadModel(config).save_pretrained(folder)
        settings = GRPOConfig(
            output_dir=folder,
            model_init_kwargs={"dtype": "float32"},
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            per_device_train_batch_size=rows,
            gradient_accumulation_steps=rollouts // rows,
            num_generations=group,
            max_completion_length=length,
            temperature=1.0,
            beta=0.01,
            epsilon=0.2,
            loss_type="bnpo",
            learning_rate=1e-4,
            weight_decay=0.01,
            max_grad_norm=1.0,
            max_steps=steps + 1,
            logging_strategy="no",
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=False,
            seed=1,
        )
        trainer = GRPOTrainer(
            model=folder,
            reward_funcs=reward,
            args=settings,
            train_dataset=Dataset.from_dict({"prompt": prompts}),
            processing_class=word_tokenizer(vocabulary),
            callbacks=[clock],
        )
        trainer.train()
        logs = trainer.state.log_history
        lengths = [log[LENGTH] for log in logs if LENGTH in log]
    return {
        "seconds": [b - a for a, b in zip(clock.ends, clock.ends[1:])],
        "parameters": trainer.model.num_parameters(),
        "meanLength": float(lengths[-1]),
    }


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.set_flush_denormal(True)
    serve({"run": run})
