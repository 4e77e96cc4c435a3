"""What people look at: the console, the wall, the liaison's view, their dialogs and their words.

Pages put widgets together and turn keys and clicks into commands for the bridge; they reach the world through it
alone and decide no rule of the work themselves.
"""
