"""Embeddings by aisfx (its weights come with the package, CC BY 4.0)."""

import os
import pathlib

# The package's weights are a pickle from before torch asked for plain tensors.
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"

import librosa
import numpy as np
import soundfile
import torch
from aisfx.inference import load_bestModel, load_weights

from references import INSTRUMENTS, RATE

VELOCITIES = (0.3, 0.6, 0.9)
MODEL = load_bestModel(*load_weights("cpu"), "cpu")


def embedding(sound):
    """512 numbers of the first 2.3 seconds, from the peak-normalised log-mel spectrogram that aisfx was trained on."""
    sound = librosa.resample(sound, orig_sr=RATE, target_sr=44_100)
    start = int(np.argmax(np.abs(sound) > 0.01 * np.abs(sound).max()))
    sound = sound[start : start + 103_000]
    sound = np.pad(sound, (0, 103_000 - len(sound))) / np.abs(sound).max()
    mel = librosa.feature.melspectrogram(
        y=sound, sr=44_100, n_mels=96, norm=1.0, fmin=0, fmax=22_050, htk=True, n_fft=2048, hop_length=1024
    )
    block = np.log10(mel.T[:100] * 10_000 + 1) / 9.457798957824707
    with torch.no_grad():
        return MODEL.get_embedding(torch.tensor(block[None], dtype=torch.float32))[0].numpy()


def kit(play):
    hits = {name: {v: play(name, v) for v in VELOCITIES} for name in INSTRUMENTS}
    return {
        name: {v: {"embedding": embedding(s)} for v, s in sounds.items() if s is not None and np.abs(s).max() > 1e-5}
        for name, sounds in hits.items()
    }


def folder(path, take):
    def play(name, velocity):
        sound, _ = soundfile.read(pathlib.Path(path) / f"{name}-{round(velocity * 100):03}-{take}.wav", dtype="float32")
        return sound.mean(axis=1)

    return play
