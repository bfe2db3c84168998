"""Diversity of responses, as MMR1's public code measures it: NLTK's BLEU, a set of trigrams, and Levenshtein."""

import json

from Levenshtein import distance
from nltk.metrics.distance import edit_distance
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.util import ngrams

from serving import seconds, serve


def self_bleu(sequences):
    scores = []
    for i, own in enumerate(sequences):
        others = sequences[:i] + sequences[i + 1 :]
        smoothing = SmoothingFunction().method1
        scores.append(
            sentence_bleu(others, own, weights=(1 / 3, 1 / 3, 1 / 3), smoothing_function=smoothing)
        )
    return sum(scores) / len(scores)


def distinct(sequences, trigrams_of):
    every = [trigram for sequence in sequences for trigram in trigrams_of(sequence)]
    return len(set(every)) / len(every) if every else 0.0


def distinct_zip(sequences):
    return distinct(sequences, lambda own: list(zip(own, own[1:], own[2:])))


def distinct_nltk(sequences):
    return distinct(sequences, lambda own: list(ngrams(own, 3)))


def mean_over_pairs(sequences, measure):
    pairs = [
        measure(sequences[i], sequences[j])
        for i in range(len(sequences))
        for j in range(i + 1, len(sequences))
    ]
    return sum(pairs) / len(pairs)


MEASURES = {
    "self_bleu": self_bleu,
    "distinct_zip": distinct_zip,
    "distinct_nltk": distinct_nltk,
    "edit_levenshtein": lambda sequences: mean_over_pairs(sequences, distance),
    "edit_nltk": lambda sequences: mean_over_pairs(sequences, edit_distance),
}

groups = {}


def load(name, file):
    """Groups of responses: [prompt][rollout][token]."""
    with open(file) as lines:
        groups[name] = json.load(lines)
    return {}


def measure(name, measure, begin, end):
    """Values of the groups in [begin, end), and seconds per group."""
    values = []
    chosen = groups[name][begin:end]

    def run():
        values.extend(MEASURES[measure](sequences) for sequences in chosen)

    return {"seconds": seconds(run) / len(chosen), "values": values}


if __name__ == "__main__":
    serve({"load": load, "measure": measure})
