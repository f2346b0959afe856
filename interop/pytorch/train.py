"""Trains the network with PyTorch, on as many machines as `torchrun` starts, and writes a weights file for the plugin.

    trainer windows --data groove.zip --split train --out train.u16le
    torchrun --nproc-per-node 2 interop/pytorch/train.py --windows train.u16le --preset compact --out mine.safetensors

Each process takes its share of every batch and gradients are averaged (data parallel: gloo on CPUs, NCCL on GPUs); without
torchrun it is one process. The windows are tokens, so a network trained here has no velocities and micro-offsets of
its own (`expression` is off); `--init` starts from a weights file instead of random numbers. See docs/scale.md.
"""
import argparse
import os
import pathlib
import time

import numpy as np
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import groove_vae


class Objective(torch.nn.Module):
    """The loss of a batch as a module's forward, which is where gradients are averaged."""

    def __init__(self, network, beta):
        super().__init__()
        self.network, self.beta = network, beta

    def forward(self, tokens):
        return groove_vae.loss(self.network, tokens, beta=self.beta, drop_previous=0.2)


@torch.no_grad()
def fit_latent_map(network, windows, device):
    """Where the windows' posteriors lie: mean, principal directions and spreads, as NETWORK.md says."""
    means, squares = [], 0
    for tokens in windows.split(512):
        mean, sigma = network.encode(tokens.to(device))
        means.append(mean.double().cpu())
        squares = squares + (sigma.double() ** 2).sum(0).cpu()
    means = torch.cat(means)
    covariance = torch.cov(means.T) + torch.diag(squares / len(means))
    values, vectors = torch.linalg.eigh(covariance)
    basis = vectors.T.flip(0)
    largest = basis.gather(1, basis.abs().argmax(1, keepdim=True))
    network.others = {"latent.mean": means.mean(0).float(), "latent.basis": (basis * largest.sign()).float(),
                      "latent.spread": values.flip(0).clamp(min=0).sqrt().float()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", required=True, help="tokens: 64 little-endian u16 a window")
    parser.add_argument("--preset", choices=groove_vae.PRESETS, default="compact")
    parser.add_argument("--init", help="weights file to start from")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=256, help="windows per step, over all processes")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--beta", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()

    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    is_cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if is_cuda else torch.device("cpu")
    if world > 1:
        dist.init_process_group("nccl" if is_cuda else "gloo")
    windows = torch.from_numpy(np.fromfile(args.windows, "<u2").astype(np.int64).reshape(-1, groove_vae.STEPS))

    torch.manual_seed(args.seed)
    if args.init:
        network = groove_vae.load(args.init)[0]
        config = {**network.config, "expression": network.config["expression"]}
    else:
        config = {**groove_vae.PRESETS[args.preset], "expression": False}
        network = groove_vae.GrooveVAE({key: value for key, value in config.items() if key != "prior"})
    if network.prior is not None:
        # It is fitted to another network's posteriors.
        network.prior, network.config = None, {key: value for key, value in config.items() if key != "prior"}
    objective = Objective(network.to(device).train(), args.beta)
    if world > 1:
        objective = DistributedDataParallel(objective, find_unused_parameters=bool(args.init))
    optimiser = torch.optim.Adam(objective.parameters(), args.lr)
    # From here on each process has its own noise.
    torch.manual_seed(args.seed + 1 + rank)
    share = args.batch // world
    for epoch in range(args.epochs):
        order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(args.seed * 1000 + epoch))
        began, total, steps = time.perf_counter(), 0.0, len(windows) // args.batch
        for step in range(steps):
            own = order[step * args.batch + rank * share:][:share]
            optimiser.zero_grad()
            loss = objective(windows[own].to(device))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(objective.parameters(), 1.0)
            optimiser.step()
            total += loss.item()
        if rank == 0:
            seconds = time.perf_counter() - began
            print(f"epoch {epoch + 1}: loss {total / max(steps, 1):.3f}, {steps * share * world / seconds:.0f} windows/s", flush=True)

    weights = torch.cat([numbers.detach().flatten() for numbers in network.parameters()])
    if world > 1:
        # All processes have taken the same steps, so they have the same weights.
        others = [torch.empty_like(weights) for _ in range(world)]
        dist.all_gather(others, weights)
        assert all(torch.equal(other, weights) for other in others), "processes have come apart"
        dist.destroy_process_group()
    if rank == 0:
        network.eval()
        fit_latent_map(network, windows, device)
        command = f"train.py --preset {args.preset} --epochs {args.epochs} --batch {args.batch} --lr {args.lr} --beta {args.beta}"
        groove_vae.save(network.cpu(), {"command": command, "seed": str(args.seed)}, args.out)
        print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
