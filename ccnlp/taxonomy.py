"""The identifiers of ccnlp, from one place: categories, emotions, personal information, items.

docs/taxonomy.md defines each in words. Nothing else in the product may invent an identifier.
"""

from typing import Final

import msgspec

from ccnlp.types import Severity


class Category(msgspec.Struct, frozen=True, gc=False):
    """A finding category: whose words it can be in, and the risk class it belongs to."""

    id: str
    chinese: str
    speakers: tuple[str, ...]
    risk_class: str
    #: Of a category that a recipe adds; names of those that ship stand in ``report/locales``.
    english: str = ""
    description: str = ""
    #: Said by a category file: goes before a rule file's. ``None``: rules say it, and of findings
    #: of models ``DEFAULT_SEVERITY``.
    severity: Severity | None = None
    #: Said by a category file: probability in (0, 1] from which a finding of models alone counts.
    findings_from: float | None = None

    @property
    def usual_severity(self) -> Severity:
        """Severity of a finding where no rule says anything else."""
        return self.severity or DEFAULT_SEVERITY[self.id]


_CUSTOMER: Final = ("customer",)
_AGENT: Final = ("agent",)
_AGENT_BOT: Final = ("agent", "bot")

#: The nineteen categories, in the order of docs/taxonomy.md.
CATEGORIES: Final[dict[str, Category]] = {
    row[0]: Category(*row)
    for row in (
        ("agent_rudeness", "服务忌语", _AGENT, "service_quality"),
        ("stonewalling", "推诿拒绝", _AGENT_BOT, "service_quality"),
        ("overpromise", "绝对化承诺", _AGENT_BOT, "compliance"),
        ("misleading_statement", "误导性说明", _AGENT_BOT, "compliance"),
        ("privacy_breach", "隐私泄露", _AGENT_BOT, "information_security"),
        ("offline_dealing", "私下交易", _AGENT, "compliance"),
        ("complaint", "投诉不满", _CUSTOMER, "complaint_and_reputation"),
        ("regulator_threat", "监管投诉", _CUSTOMER, "complaint_and_reputation"),
        ("media_threat", "舆情曝光", _CUSTOMER, "complaint_and_reputation"),
        ("legal_threat", "法律诉讼", _CUSTOMER, "complaint_and_reputation"),
        ("churn", "流失倾向", _CUSTOMER, "complaint_and_reputation"),
        ("safety_incident", "安全事件", _CUSTOMER, "complaint_and_reputation"),
        ("fraud_report", "诈骗盗用", _CUSTOMER, "information_security"),
        ("system_outage", "系统故障", _CUSTOMER, "technical_failure"),
        ("human_request", "要求转人工", _CUSTOMER, "service_quality"),
        ("repeat_contact", "重复来电", _CUSTOMER, "service_quality"),
        ("vulnerable_customer", "特殊客户", _CUSTOMER, "service_quality"),
        ("customer_abuse", "客户辱骂", _CUSTOMER, "people"),
        ("agent_distress", "客服情绪异常", _AGENT, "people"),
    )
}

#: Severity of a finding where its rule says nothing else.
DEFAULT_SEVERITY: Final[dict[str, Severity]] = {
    "agent_rudeness": "high", "stonewalling": "medium", "overpromise": "medium",
    "misleading_statement": "high", "privacy_breach": "critical", "offline_dealing": "high",
    "complaint": "medium", "regulator_threat": "high", "media_threat": "high",
    "legal_threat": "high", "churn": "medium", "safety_incident": "critical",
    "fraud_report": "critical", "system_outage": "medium", "human_request": "low",
    "repeat_contact": "low", "vulnerable_customer": "medium", "customer_abuse": "medium",
    "agent_distress": "high",
}  # fmt: skip

RISK_CLASSES: Final = (
    "service_quality", "compliance", "information_security",
    "complaint_and_reputation", "technical_failure", "people",
)  # fmt: skip

#: Findings that set a conversation's score to 0 whatever the items say (一票否决).
FATAL_CATEGORIES: Final = frozenset({"agent_rudeness", "privacy_breach", "offline_dealing"})

SEVERITIES: Final = ("info", "low", "medium", "high", "critical")
RISK_LEVELS: Final = ("none", "low", "medium", "high", "critical")
SPEAKERS: Final = ("customer", "agent", "bot", "system")
CHANNELS: Final = ("voice", "chat", "email", "social")

#: Emotion -> its Chinese name.
EMOTIONS: Final[dict[str, str]] = {
    "neutral": "中性",
    "happy": "满意",
    "angry": "愤怒",
    "sad": "难过",
    "fear": "焦虑",
    "surprise": "惊讶",
}

PII_TYPES: Final = (
    "name", "mobile", "landline", "id_card", "passport", "bank_card", "address",
    "email", "plate", "wechat_qq", "order_id", "verification_code", "password",
)  # fmt: skip

#: The ten items of the default scorecard -> Chinese name.
ITEMS: Final[dict[str, str]] = {
    "greeting": "开场白",
    "identity_check": "身份核实",
    "need_confirmation": "需求确认",
    "empathy": "情绪安抚",
    "solution": "解决方案",
    "time_commitment": "时效承诺",
    "closing_check": "二次确认",
    "satisfaction_invite": "满意度邀请",
    "farewell": "结束语",
    "polite_language": "礼貌用语",
}
