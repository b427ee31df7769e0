// deadline_exceeded: the same in replace, with groups
"x".repeat(60).replace(/(x+x+)+y/, "");
