class Endless { static { for (;;); } }
