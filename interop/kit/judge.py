"""Acoustic or electronic, how far from the acoustic kits, and which instrument: judged by log-mel profiles or by embeddings."""

import pickle

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import references
from references import ELECTRONIC, HELD_OUT, INSTRUMENTS, TUNING


def vectors(kit, key="profile"):
    """The vectors of a kit's hits at velocities .3, .6 and .9, and their instruments."""
    found = [(hits[v][key].ravel(), name) for name, hits in kit.items() for v in (0.3, 0.6, 0.9) if hits.get(v)]
    return np.array([x for x, _ in found]), [name for _, name in found]


def without_shared_recordings(kits, difference):
    """The kits, the electronic ones without the drums that their soundfont has from its acoustic kit."""
    kits = dict(kits)
    for name in ELECTRONIC:
        standard = name.rsplit(" ", 1)[0] + " Standard"
        if standard not in kits:
            continue
        own, other = kits[name], kits[standard]
        kits[name] = {
            drum: hits
            for drum, hits in own.items()
            if not (hits.get(0.6) and other[drum].get(0.6) and difference(hits[0.6]["profile"], other[drum][0.6]["profile"]) < 0.3)
        }
        kits[name] |= {drum: {} for drum in own if drum not in kits[name]}
    return kits


def classifier():
    return make_pipeline(StandardScaler(), PCA(24, random_state=0), LogisticRegression(C=0.05, class_weight="balanced", max_iter=2000))


def fit(train, key):
    """A linear classifier of acoustic kits against electronic ones."""
    x = np.concatenate([vectors(kit, key)[0] for kit, _ in train])
    y = np.concatenate([np.full(len(vectors(kit, key)[0]), label) for kit, label in train])
    return classifier().fit(x, y)


def probability(model, kit, key):
    return float(model.predict_proba(vectors(kit, key)[0])[:, 1].mean())


def distance(a, b):
    """Frechet distance of two sets of vectors as Gaussians with independent axes."""
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + ((a.std(0) - b.std(0)) ** 2).sum())


def print_all(mine, kits, title, key="profile"):
    def labelled(names):
        return [(kits[name], int(name not in ELECTRONIC)) for name in names]

    print(f"\nAcoustic or electronic, by {title}")
    seen = probability(fit(labelled(TUNING + ELECTRONIC), key), mine, key)
    unseen = probability(fit(labelled(HELD_OUT + ELECTRONIC), key), mine, key)
    print(f"ours: P(acoustic) {unseen:.2f} by the kits held out, {seen:.2f} by those it was tuned with")
    every = TUNING + HELD_OUT + ELECTRONIC
    for group, names in (("acoustic", TUNING + HELD_OUT), ("electronic", ELECTRONIC)):
        scores = {
            name: probability(fit(labelled([n for n in every if n != name]), key), kits[name], key) for name in names
        }
        print(f"{group}, each by the others: " + ", ".join(f"{name} {p:.2f}" for name, p in scores.items()))
    x = np.concatenate([vectors(kits[name], key)[0] for name in TUNING + HELD_OUT])
    plane = make_pipeline(StandardScaler(), PCA(24, random_state=0, whiten=False)).fit(x)
    points = {name: plane.transform(vectors(kits[name], key)[0]) for name in every}

    def from_held_out(own, without=None):
        return distance(own, np.concatenate([points[name] for name in HELD_OUT if name != without]))

    print(f"Frechet-like distance to the kits held out: ours {from_held_out(plane.transform(vectors(mine, key)[0])):.0f}")
    print("acoustic: " + ", ".join(f"{name} {from_held_out(points[name], name):.0f}" for name in TUNING + HELD_OUT))
    print("electronic: " + ", ".join(f"{name} {from_held_out(points[name]):.0f}" for name in ELECTRONIC))
    names = np.concatenate([vectors(kits[name], key)[1] for name in TUNING + HELD_OUT])
    called = make_pipeline(StandardScaler(), PCA(32, random_state=0), LogisticRegression(C=0.1, max_iter=3000)).fit(x, names)
    own, truth = vectors(mine, key)
    answers = called.predict(own)
    print(f"called by its name: {np.mean(answers == np.array(truth)):.0%} of our hits")
    for name in INSTRUMENTS:
        got = [str(a) for a, b in zip(answers, truth) if b == name]
        if set(got) != {name}:
            print(f"  {name} called {', '.join(got)}")


def print_aisfx(options, kits):
    """The same by aisfx's embeddings (Ma et al., ISMIR 2022), for hits that are played once more."""
    import embed

    path = f"{options.cache}.aisfx" if options.cache else None
    embedded = {}
    if path:
        try:
            with open(path, "rb") as file:
                embedded = pickle.load(file)
        except FileNotFoundError:
            pass
    for kit in TUNING + HELD_OUT + ELECTRONIC:
        if kit not in embedded:
            embedded[kit] = embed.kit(references.player(options.root, kit))
    if path:
        with open(path, "wb") as file:
            pickle.dump(embedded, file)
    # The drums that `kits` leaves out are left out here too.
    heard = {kit: {drum: hits if kits[kit][drum] else {} for drum, hits in embedded[kit].items()} for kit in embedded}
    print_all(embed.kit(embed.folder(options.ours)), heard, "aisfx", "embedding")
