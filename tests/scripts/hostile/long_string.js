// uncaught_exception: doubles a string until it is too long
for (let text = "ha"; ; text += text);
