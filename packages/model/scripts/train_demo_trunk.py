"""Trains the demo's trunk, src/demo/trunk.safetensors: a ResNet-18 with 16, 24, 40 and 64 channels.

The demo embeds these channels in a full ResNet-18 (the others are zero) and trains the last layer itself. This
script needs PyTorch and is no part of the build. Its inputs are 224 x 224 grey planes (PREFIX.bin) and their
labels and boxes (PREFIX.json) from dump-demo-planes.ts; seeds of the demo's own archive must not be among them.

  train_demo_trunk.py OUT.safetensors VALID_PREFIX TRAIN_PREFIX [TRAIN_PREFIX ...]
"""

import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

WIDTHS = (16, 24, 40, 64)
CROP = 96
CROP_MINUTES, FULL_EPOCHS = 9, 4
MEAN, STD = 0.449, 0.226  # of the three ImageNet channels, for grey


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        skip = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + skip)


class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, WIDTHS[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        inputs = WIDTHS[0]
        for index, width in enumerate(WIDTHS):
            stride = 1 if index == 0 else 2
            layer = nn.Sequential(Block(inputs, width, stride), Block(width, width, 1))
            setattr(self, f"layer{index + 1}", layer)
            inputs = width
        self.cell = nn.Conv2d(inputs, 1, 1)  # is there a crack in this cell?
        self.image = nn.Linear(inputs, 1)  # and in this picture, from the pooled features?

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def load(prefix):
    rows = json.load(open(f"{prefix}.json"))
    planes = np.fromfile(f"{prefix}.bin", np.uint8).reshape(len(rows), 224, 224)
    boxes = np.full((len(rows), 4), np.nan, np.float32)
    for index, row in enumerate(rows):
        if row["box"]:
            scale = np.array([224 / row["w"], 224 / row["h"]] * 2)
            boxes[index] = np.array(row["box"]) * scale
    labels = np.array([row["label"] for row in rows], np.float32)
    return planes, boxes, labels, rows


def cell_targets(boxes, cells):
    """1 where a box covers a quarter of the cell or of itself, [n, cells, cells]; boxes in input pixels."""
    edges = torch.arange(cells + 1) * 32.0
    size = 32.0

    def overlap(low, high):
        return (torch.minimum(edges[1:], high[:, None]) - torch.maximum(edges[:-1], low[:, None])).clamp(min=0)

    shared = overlap(boxes[:, 1], boxes[:, 3])[:, :, None] * overlap(boxes[:, 0], boxes[:, 2])[:, None, :]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return (shared / area.clamp(1, size * size)[:, None, None] > 0.25).float().nan_to_num()


def crops(planes, boxes, picks, random):
    """One crop per pick: around the crack in two of three pictures that have one."""
    images = np.empty((len(picks), CROP, CROP), np.uint8)
    inside = np.full((len(picks), 4), np.nan, np.float32)
    for row, pick in enumerate(picks):
        box = boxes[pick]
        x, y = random.integers(0, 225 - CROP, 2)
        if not np.isnan(box[0]) and random.random() < 0.67:
            centre = (box[:2] + box[2:]) / 2 - CROP / 2 + random.uniform(-40, 40, 2)
            x, y = np.clip(centre, 0, 224 - CROP).astype(int)
        images[row] = planes[pick, y : y + CROP, x : x + CROP]
        if not np.isnan(box[0]):
            moved = np.clip(box - [x, y, x, y], 0, CROP)
            if moved[2] - moved[0] > 2 and moved[3] - moved[1] > 2:
                inside[row] = moved
    return images, inside


def augment(images, boxes, random):
    size = images.shape[-1]
    if random.random() < 0.5:
        images = images[:, :, ::-1]
        boxes = np.stack([size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], 1)
    if random.random() < 0.5:
        images = images[:, ::-1]
        boxes = np.stack([boxes[:, 0], size - boxes[:, 3], boxes[:, 2], size - boxes[:, 1]], 1)
    if random.random() < 0.5:
        images = images.transpose(0, 2, 1)
        boxes = boxes[:, [1, 0, 3, 2]]
    pixels = torch.from_numpy(np.ascontiguousarray(images)).float()[:, None] / 255
    gain = torch.empty(len(pixels), 1, 1, 1).uniform_(0.8, 1.2)
    return (pixels * gain - MEAN) / STD, torch.from_numpy(np.ascontiguousarray(boxes))


def losses(net, images, boxes, labels):
    features = net(images)
    cells = net.cell(features)[:, 0]
    weight = torch.tensor(4.0)
    loss = F.binary_cross_entropy_with_logits(cells, cell_targets(boxes, cells.shape[-1]), pos_weight=weight)
    if labels is not None:
        logit = net.image(features.mean((2, 3)))[:, 0]
        loss = loss + 0.3 * F.binary_cross_entropy_with_logits(logit, labels)
    return loss


def embed(net, planes):
    net.eval()
    with torch.no_grad():
        parts = [net((torch.from_numpy(planes[i : i + 64]).float()[:, None] / 255 - MEAN) / STD) for i in range(0, len(planes), 64)]
        features = torch.cat(parts)
        return features.mean((2, 3)).numpy(), net.cell(features)[:, 0].flatten(1).max(1)[0].numpy()


def report(net, valid, note):
    planes, _, labels, rows = valid
    pooled, peak = embed(net, planes)
    held = np.array([row["split"] == "valid" for row in rows])
    scale = pooled[~held].std(0) + 1e-6
    head = LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced").fit(pooled[~held] / scale, labels[~held])
    score = head.decision_function(pooled / scale)
    print(note, f"peak cell {roc_auc_score(labels, peak):.3f}; head, valid {roc_auc_score(labels[held], score[held]):.3f}", flush=True)


def train(net, training, valid):
    planes, boxes, labels = training
    random = np.random.default_rng(0)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    start, step = time.time(), 0
    while (share := (time.time() - start) / (60 * CROP_MINUTES)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1 - share) + 3e-4
        net.train()
        images, targets = augment(*crops(planes, boxes, random.integers(0, len(planes), 64), random), random)
        loss = losses(net, images, targets, None)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 300 == 0:
            report(net, valid, f"{time.time() - start:.0f} s, step {step}, loss {loss.item():.3f};")
    for epoch in range(FULL_EPOCHS):
        order = random.permutation(len(planes))
        net.train()
        for at in range(0, len(order) - 31, 32):
            for group in optimiser.param_groups:
                group["lr"] = 6e-4 * (1 - (epoch + at / len(order)) / FULL_EPOCHS) + 1e-5
            picks = order[at : at + 32]
            images, targets = augment(planes[picks], boxes[picks], random)
            visible = (~torch.isnan(targets[:, 0])).float()
            loss = losses(net, images, targets, visible)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        report(net, valid, f"{time.time() - start:.0f} s, full epoch {epoch}, loss {loss.item():.3f};")


def folded(net):
    """Convolutions with their batch norm folded in, as (name, weight, bias), under torchvision's names."""
    pairs = [("conv1", net.conv1, "bn1", net.bn1)]
    for index in range(1, 5):
        for number, block in enumerate(getattr(net, f"layer{index}")):
            name = f"layer{index}.{number}"
            pairs += [(f"{name}.conv{k}", getattr(block, f"conv{k}"), f"{name}.bn{k}", getattr(block, f"bn{k}")) for k in (1, 2)]
            if block.downsample is not None:
                pairs.append((f"{name}.downsample.0", block.downsample[0], f"{name}.downsample.1", block.downsample[1]))
    for conv_name, conv, norm_name, norm in pairs:
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        yield conv_name, norm_name, (conv.weight * scale[:, None, None, None]).detach(), (norm.bias - norm.running_mean * scale).detach()


def write(net, path):
    """int8 weights with one float32 scale per output channel, and float32 biases, as safetensors."""
    tensors = {}
    for conv, norm, weight, bias in folded(net):
        scale = weight.abs().flatten(1).max(1)[0].clamp(min=1e-8) / 127
        tensors[f"{conv}.weight"] = torch.round(weight / scale[:, None, None, None]).to(torch.int8).numpy()
        tensors[f"{conv}.scale"] = scale.numpy().astype(np.float32)
        tensors[f"{norm}.bias"] = bias.numpy().astype(np.float32)
    header, body = {}, b""
    # float32 first, so that every tensor is aligned without gaps, which the format forbids.
    for name, array in sorted(tensors.items(), key=lambda item: (item[1].dtype == np.int8, item[0])):
        data = array.tobytes()
        kind = "I8" if array.dtype == np.int8 else "F32"
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)


def main(out, valid_prefix, *train_prefixes):
    torch.manual_seed(0)
    torch.set_num_threads(3)
    sets = [load(prefix) for prefix in train_prefixes]
    training = [np.concatenate([part[index] for part in sets]) for index in range(3)]
    net = Trunk()
    print(sum(p.numel() for p in net.parameters()), "parameters;", len(training[0]), "images")
    valid = load(valid_prefix)
    train(net, training, valid)
    torch.save(net.state_dict(), out + ".pt")
    write(net, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
