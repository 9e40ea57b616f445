"""PyTorch's training step of ResNet-18 on the cores given: forward, BCE with pos_weight, backward, AdamW; channels last.

    python3 train_step.py --cores 4

Reads one JSON line for each measurement, {"stage": "full" | "layer4", "batchNorm": "frozen" | "batch", "batch": 32, "side": 224,
"seconds": 5}, works for that long and answers {"imagesPerSecond": ...}. Frozen batch norms are in eval mode with trained
weights; layer4 takes stored maps of layer3. Models stay in memory between measurements. Needs torch and torchvision.
"""

import argparse
import json
import sys
import time

import torch
import torchvision


def make(stage, batch_norm, batch, side):
    model = torchvision.models.resnet18(num_classes=1).to(memory_format=torch.channels_last).train()
    if batch_norm == "frozen":
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eval()
    if stage == "full":
        network, inputs = model, torch.randn(batch, 3, side, side)
    else:
        network = torch.nn.Sequential(model.layer4, model.avgpool, torch.nn.Flatten(1), model.fc)
        inputs = torch.randn(batch, 256, side // 16, side // 16).relu()
    inputs = inputs.contiguous(memory_format=torch.channels_last)
    labels = (torch.arange(batch) % 3 == 0).float()[:, None]
    criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-5, weight_decay=1e-4)

    def step():
        optimizer.zero_grad()
        loss = criterion(network(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    step()
    step()
    return step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cores", type=int, required=True)
    torch.set_num_threads(parser.parse_args().cores)
    steps = {}
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["stage"], request["batchNorm"], request["batch"], request["side"])
        if key not in steps:
            steps[key] = make(*key)
        step, images, start = steps[key], 0, time.perf_counter()
        while time.perf_counter() - start < request["seconds"]:
            step()
            images += request["batch"]
        print(json.dumps({"imagesPerSecond": images / (time.perf_counter() - start)}), flush=True)


if __name__ == "__main__":
    main()
