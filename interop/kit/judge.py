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
    """The vectors of a kit's hits, or of several takes of it, at velocities .3, .6 and .9, and their instruments."""
    takes = kit if isinstance(kit, list) else [kit]
    found = [(hits[v][key].ravel(), name) for take in takes for name, hits in take.items() for v in (0.3, 0.6, 0.9) if hits.get(v)]
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


def shared_recordings(kits, difference):
    """(kit, other, drum) where two recorded kits have the same recording of a drum, at whatever velocity."""
    names = TUNING + HELD_OUT

    def same(kit, other, drum):
        pairs = [(kits[kit][drum].get(v), kits[other][drum].get(w)) for v in (0.3, 0.6, 0.9) for w in (0.3, 0.6, 0.9)]
        return any(a and b and difference(a["profile"], b["profile"]) < 0.5 for a, b in pairs)

    return {(a, b, drum) for a in names for b in names if a != b for drum in INSTRUMENTS if same(a, b, drum)}


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


def print_all(mine, kits, title, shared, key="profile"):
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
    print_names(mine, kits, title, key, shared)


def answers(train, kit, key):
    """{instrument: what each of the kit's hits is called} by a linear classifier trained with other kits."""
    x, names = (np.concatenate(part) for part in zip(*(vectors(other, key) for other in train)))
    called = make_pipeline(StandardScaler(), PCA(32, random_state=0), LogisticRegression(C=0.1, max_iter=3000)).fit(x, names)
    own, truth = vectors(kit, key)
    found = called.predict(own)
    return {name: [str(a) for a, b in zip(found, truth) if b == name] for name in INSTRUMENTS}


def print_names(mine, kits, title, key, shared):
    """How often each drum is called by its name: ours by all recorded kits, and each of those by the others."""
    names = TUNING + HELD_OUT
    rows = {"ours": answers([kits[name] for name in names], mine, key)}
    for name in names:
        others = [
            {drum: {} if (name, other, drum) in shared else hits for drum, hits in kits[other].items()} for other in names if other != name
        ]
        rows[name] = answers(others, kits[name], key)
    print(f"\nCalled by its name by {title}, hits of hits\n\n| | all | " + " | ".join(INSTRUMENTS) + " |")
    print("|---" * (len(INSTRUMENTS) + 2) + "|")
    right = {kit: {name: (row[name].count(name), len(row[name])) for name in INSTRUMENTS} for kit, row in rows.items()}
    recorded = [right[name] for name in names]
    right["recorded"] = {name: tuple(np.sum([kit[name] for kit in recorded], axis=0)) for name in INSTRUMENTS}
    for kit, row in right.items():
        hits, of = np.sum(list(row.values()), axis=0)
        print(f"| {kit} | {hits / of:.0%} | " + " | ".join(f"{a}/{b}" for a, b in row.values()) + " |")
    for kit, row in rows.items():
        wrong = {name: [a for a in row[name] if a != name] for name in INSTRUMENTS}
        print(f"{kit}: " + "; ".join(f"{name} called {', '.join(got)}" for name, got in wrong.items() if got))


def print_aisfx(options, kits, shared):
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
    print_all([embed.kit(embed.folder(options.ours, take)) for take in (1, 2, 3)], heard, "aisfx", shared, "embedding")
