#[inline(always)]
fn depth(tree: &Tree) -> u32 { //~ inline-always
    1 + tree.children.iter().map(|child| depth(child)).max().unwrap_or(0)
}

#[inline(always)]
fn loops(rows: &[Vec<u32>]) -> u32 { //~ inline-always
    let mut sum = 0;
    for row in rows {
        for cell in row {
            sum += cell;
        }
    }
    while sum > 100 {
        sum /= 2;
    }
    sum
}

impl Tree {
    #[inline(always)]
    pub fn walk(&self, depth: u32) -> u32 { //~ inline-always
        if depth == 0 { 0 } else { Self::walk(self, depth - 1) }
    }
}

#[inline(always)]
fn long(kind: u32) -> u32 { //~ inline-always
    match kind {
        0 => 1,
        1 => 2,
        2 => 3,
        3 => 4,
        4 => 5,
        5 => 6,
        6 => 7,
        7 => 8,
        8 => 9,
        9 => 10,
        10 => 11,
        11 => 12,
        12 => 13,
        13 => 14,
        14 => 15,
        15 => 16,
        16 => 17,
        17 => 18,
        18 => 19,
        19 => 20,
        20 => 21,
        21 => 22,
        22 => 23,
        23 => 24,
        24 => 25,
        25 => 26,
        26 => 27,
        27 => 28,
        28 => 29,
        29 => 30,
        30 => 31,
        _ => 0,
    }
}

#[inline(always)]
fn small(x: u32) -> u32 {
    x.wrapping_mul(31)
}

#[inline]
fn recursive(n: u32) -> u32 {
    if n == 0 { 0 } else { recursive(n - 1) }
}

#[inline(always)]
fn one_loop(rows: &[u32]) -> u32 {
    let mut sum = 0;
    for row in rows {
        sum += row;
    }
    sum
}

#[inline(never)]
fn cold(n: u32) -> u32 {
    if n == 0 { 0 } else { cold(n - 1) }
}
