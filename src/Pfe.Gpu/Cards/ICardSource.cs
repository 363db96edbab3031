namespace Pfe.Gpu.Cards;

/// <summary>The cards of this machine; a stand-in in tests.</summary>
internal interface ICardSource
{
    /// <summary>Their names, by number.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>What is missing where there is none.</summary>
    string Missing { get; }

    /// <summary>A card, which others may use as well.</summary>
    /// <exception cref="PfeException">It cannot be used; one line.</exception>
    Card Rent(int number);

    /// <summary>Gives a card back; the last to do so frees it.</summary>
    void Return(Card card);
}
