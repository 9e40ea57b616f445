"""sfc32 (Chris Doty-Humphrey) seeded by FNV-1a as documented in random.ts; prints the fixture of random.test.ts."""

MASK = 0xFFFFFFFF


def fnv1a(text, basis):
    value = basis & MASK
    for character in text:
        value = ((value ^ ord(character)) * 0x01000193) & MASK
    return value


def sfc32(a, b, c, counter):
    while True:
        result = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & MASK
        c = (((c << 21) | (c >> 11)) + result) & MASK
        yield result


a = fnv1a("42", 0x811C9DC5)
b = fnv1a("42", a ^ 0x9E3779B9)
c = fnv1a("42", b ^ 0x85EBCA6B)
stream = sfc32(a, b, c, 1)
for _ in range(12):
    next(stream)
print([next(stream) for _ in range(5)])
