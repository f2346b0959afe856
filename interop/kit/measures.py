"""What is measured of one hit: levels and decays in octave bands, brightness, pitch fall, and a log-mel profile."""

import numpy as np
from scipy import signal

from references import RATE

BANDS = [(60, 120), (120, 250), (250, 500), (500, 1000), (1000, 2000), (2000, 4000), (4000, 8000), (8000, 16000)]
FILTERS = [signal.butter(3, band, "bandpass", fs=RATE, output="sos") for band in BANDS]


def trimmed(sound):
    """From the onset, where 1 % of the peak is first reached, to where .0003 of it is last reached."""
    level = np.abs(sound)
    peak = level.max(initial=0.0)
    if peak < 1e-5:
        return None
    start = max(int(np.argmax(level > 0.01 * peak)) - 24, 0)
    end = len(level) - int(np.argmax(level[::-1] > 3e-4 * peak))
    return np.pad(sound[start:end], (0, max(0, RATE // 2 - (end - start))))


def t60(sound):
    """Three times the fall of the backward-integrated energy from -5 to -25 dB (Schroeder 1965), seconds."""
    left = np.cumsum(sound[::-1].astype(np.float64) ** 2)[::-1]
    if left[0] <= 0:
        return float("nan")
    left = left / left[0]
    return 3.0 * (np.argmax(left < 10**-2.5) - np.argmax(left < 10**-0.5)) / RATE


def t40(sound):
    """Seconds until the level of 10 ms is last within 40 dB of its largest."""
    power = np.convolve(sound**2, np.ones(480) / 480, "same")[::48]
    return float(np.nonzero(power > 1e-4 * power.max())[0][-1]) / 1000


def spectrum(sound):
    """The power of the first 8192 samples under a Hann window's falling half, as in the kit's tests."""
    n = np.arange(8192)
    part = np.pad(sound[:8192], (0, max(0, 8192 - len(sound))))
    return np.abs(np.fft.rfft(part * (0.5 + 0.5 * np.cos(np.pi * n / 8192)))[:4096]) ** 2


def centroid(sound):
    power = spectrum(sound)
    return float((np.arange(4096) * RATE / 8192 * power).sum() / power.sum())


def flatness(sound):
    """Of 3 to 12 kHz: geometric over arithmetic mean of the averaged spectrum of the first 170 ms."""
    _, power = signal.welch(sound[:8192], RATE, nperseg=1024)
    part = power[64:256] + 1e-20
    return float(np.exp(np.log(part).mean()) / part.mean())


def pitch_fall(sound):
    """Semitones that the strongest low partial falls from 30 to 250 ms."""
    power = np.abs(np.fft.rfft(sound[RATE // 8 : RATE // 2], 1 << 16)) ** 2
    hz = np.arange(len(power)) * RATE / (1 << 16)
    power[(hz < 40) | (hz > 300)] = 0
    base = hz[np.argmax(power)]
    if power.max() <= 0:
        return float("nan")
    band = signal.sosfiltfilt(signal.butter(2, (0.65 * base, 1.45 * base), "bandpass", fs=RATE, output="sos"), sound[:RATE])
    analytic = signal.hilbert(band)
    turn = np.angle(analytic[1:] * np.conj(analytic[:-1])) * RATE / (2 * np.pi)
    weight = np.abs(analytic[1:]) ** 2

    def at(from_s, to_s):
        part = slice(int(from_s * RATE), int(to_s * RATE))
        return (turn[part] * weight[part]).sum() / weight[part].sum()

    early, late = at(0.015, 0.045), at(0.22, 0.28)
    return float(12 * np.log2(early / late)) if early > 0 and late > 0 else float("nan")


def mel_filters(count=40, low=40.0, high=16000.0, size=2048):
    def mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(mel(low), mel(high), count + 2) / 2595) - 1)
    hz = np.arange(size // 2 + 1) * RATE / size
    up = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.clip(np.minimum(up, down), 0, None)
    # Where a band is narrower than a bin, the nearest bin.
    for row, centre in zip(weights, edges[1:-1]):
        row[np.argmin(np.abs(hz - centre))] = max(row.max(), 1.0)
    return weights / weights.sum(axis=1, keepdims=True)


MEL = mel_filters()
SLICES = [(0, 0.02), (0.02, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.8), (0.8, 1.6), (1.6, 3.2)]


def profile(sound):
    """40 mel bands by 8 slices of time, dB under the loudest, not below -70."""
    sound = np.pad(sound, (0, max(0, int(3.3 * RATE) - len(sound))))
    _, times, spec = signal.stft(sound, RATE, nperseg=2048, noverlap=2048 - 240, boundary=None, padded=False)
    power = MEL @ np.abs(spec) ** 2
    times = times - 1024 / RATE
    slices = [power[:, (times >= a) & (times < b)].mean(axis=1) for a, b in SLICES]
    db = 10 * np.log10(np.array(slices).T + 1e-16)
    return np.maximum(db - db.max(), -70.0)


def hit(sound):
    """All of one hit, as numbers; None for silence."""
    sound = trimmed(sound)
    if sound is None:
        return None
    half = sound[: RATE // 2]
    bands = [signal.sosfilt(sos, sound) for sos in FILTERS]
    whole = (half**2).sum()
    levels = [10 * np.log10((band[: RATE // 2] ** 2).sum() / whole + 1e-12) for band in bands]
    return {
        "level": levels,
        # A band 50 dB down has no decay worth the name.
        "band_t60": [t60(band) if level > -50 else float("nan") for band, level in zip(bands, levels)],
        "t60": t60(sound),
        "t40": t40(sound),
        "crest": 20 * np.log10(np.abs(half).max() / np.sqrt((half**2).mean())),
        "centroid": centroid(sound),
        "late_centroid": centroid(sound[RATE // 5 :]),
        "flatness": flatness(sound),
        "pitch_fall": pitch_fall(sound) if levels[0] > -12 or levels[1] > -12 else float("nan"),
        "peak_ms": 1000 * float(np.argmax(np.abs(sound))) / RATE,
        "rms": 10 * np.log10((half**2).mean()),
        "profile": profile(sound),
    }
