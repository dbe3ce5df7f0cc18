"""The words of the compliance report, in English and Chinese."""
# ruff: noqa: RUF001 -- Chinese has its own signs

from typing import Final, Literal

Language = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Compliance report", "外呼合规报告"),
    "span": ("Attempts placed from {} until {} ({})", "外呼时间 {} 至 {}（{}）"),
    "made": ("Made at {}", "生成时间 {}"),
    "evidence": ("Evidence", "证据链"),
    "whole": ("The chain is whole.", "证据链完整。"),
    "broken": ("THE CHAIN IS BROKEN.", "证据链已损坏。"),
    "entries": ("Entries", "条目数"),
    "last": ("Hash of the last entry (SHA-256)", "末条哈希（SHA-256）"),
    "unproven": ("Attempts without evidence from before the call", "无事前证据的外呼"),
    "differing": ("Attempts that differ from their evidence", "与证据不符的外呼"),
    "fault": ("Entry {}: {}", "条目 {}：{}"),
    "rules": ("Rules and states", "规则与状态"),
    "at": ("at", "时间"),
    "entry": ("entry", "条目"),
    "kind": ("kind", "种类"),
    "what": ("what", "内容"),
    "results": ("Attempts by result", "外呼结果"),
    "result": ("result", "结果"),
    "attempts": ("attempts", "外呼数"),
    "figures": ("Figures", "指标"),
    "figure": ("figure", "指标"),
    "value": ("value", "数值"),
    "definition": ("definition", "定义"),
    "abandonment": ("Abandonment, by each definition", "各口径呼损率"),
    "period": ("period", "期间"),
    "abandoned": ("abandoned", "呼损"),
    "answered": ("answered", "真人接听"),
    "rate": ("share", "比率"),
    "cap": ("Cap: {} within {:g} days; connect limit {:g} s from {}.",
            "上限：{}，期间 {:g} 天；接通时限 {:g} 秒，计时起点 {}。"),
    "few": ("too few answers", "接听数不足"),
    "detection": ("Answering machine detection", "答录机检测"),
    "precision": ("precision", "精确率"),
    "recall": ("recall", "召回率"),
    "missed": ("machines among what was let pass", "放行中的答录机比例"),
    "recall_at_most": ("recall at most", "召回率上限"),
    "false_positives": ("people called machines (expected)", "误判为答录机的真人（估计）"),
    "unknown": ("calls of which nobody knows", "无从判断的通话"),
    "not_known": ("not known", "未知"),
    "list": ("Abandoned attempts", "呼损明细"),
    "number": ("number", "号码"),
    "heard": ("heard", "检测"),
    "message": ("message", "播放"),
    "more": ("and {} more: see the CSV file", "另有 {} 条，见 CSV 文件"),
    "none": ("none", "无"),
}  # fmt: skip


def word(language: Language, key: str, *values: object) -> str:
    """What a word of the report is in this language, with its values filled in."""
    text = WORDS[key][0 if language == "en" else 1]
    return text.format(*values) if values else text
