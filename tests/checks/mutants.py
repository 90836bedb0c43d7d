"""All functions that are one small edit away from a reference: hidden attempts for its cases."""

import ast
import copy

SWAPS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Div],
    ast.Pow: [ast.Mult],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Eq: [ast.NotEq],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}

OTHER = {  # a method → others that are taken for it
    "sum": ("mean", "amax"),
    "mean": ("sum",),
    "amax": ("sum", "amin"),
    "max": ("sum", "min"),
    "log": ("log2", "log1p"),
    "exp": ("expm1",),
    "abs": ("square",),
    "square": ("abs",),
    "softmax": ("sigmoid",),
    "sigmoid": ("softmax",),
    "relu": ("abs",),
    "argmax": ("argmin",),
    "cumsum": ("sum",),
}
HARMLESS = ("detach", "clone", "item", "contiguous")  # values stay without the call


def mutants(source):
    """Yield (the edit in words, the edited source) for each edit of one place of the body.

    An operator becomes another one, a number grows or falls by 1 or changes its sign, an operand of
    an operation or the whole of a sign is dropped, a method without arguments is not called, or
    another one is.
    """
    tree = ast.parse(source)
    nodes = [node for statement in tree.body[0].body[1:] for node in ast.walk(statement)]
    numbers = {id(node): i for i, node in enumerate(ast.walk(tree))}
    for node in nodes:
        for edited in edits(node):
            other = copy.deepcopy(tree)
            place = list(ast.walk(other))[numbers[id(node)]]
            replace(other, place, edited)
            text = f"{ast.unparse(node)} → {ast.unparse(edited)}"
            yield text, ast.unparse(ast.fix_missing_locations(other))


def edits(node):
    """What a node may become: a list of nodes."""
    found = []
    if isinstance(node, ast.BinOp):
        found += [ast.BinOp(node.left, swap(), node.right) for swap in SWAPS.get(type(node.op), ())]
        found += [node.left, node.right]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for swap in SWAPS.get(type(node.ops[0]), ()):
            found.append(ast.Compare(node.left, [swap()], node.comparators))
    elif isinstance(node, ast.BoolOp):
        found += [ast.BoolOp(swap(), node.values) for swap in SWAPS[type(node.op)]]
    elif isinstance(node, ast.UnaryOp):
        found.append(node.operand)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        less = node.value - 1 if node.value >= 1 else node.value
        others = {node.value + 1, -node.value, less}
        found += [ast.Constant(value) for value in sorted(others - {node.value})]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        kept = node.args or node.keywords or node.func.attr in HARMLESS
        found += [] if kept else [node.func.value]
        others = [
            ast.Attribute(node.func.value, name, node.func.ctx)
            for name in OTHER.get(node.func.attr, ())
        ]
        found += [ast.Call(other, node.args, node.keywords) for other in others]
    return found


def replace(tree, old, new):
    """Put `new` in the place of the node `old` of `tree`."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list) and any(item is old for item in value):
                setattr(parent, field, [new if item is old else item for item in value])
