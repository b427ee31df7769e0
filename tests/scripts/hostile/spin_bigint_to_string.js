// deadline_exceeded: writes a BigInt of 30 million bits in decimal
(2n ** 30000000n - 1n).toString().length;
